/** Some browsers read the file only after the click, or once they were told where it goes. */
const HELD_MS = 60_000;

/** Hands somebody a file. */
export function download(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS);
}
