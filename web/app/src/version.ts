/** The version of the app. */
export const VERSION: string = __VERSION__;
