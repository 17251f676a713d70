// Runs before anything is painted, so that a chosen theme does not flash. Kept apart: no script may be inline.
(() => {
  try {
    const { theme } = JSON.parse(localStorage.getItem('chandlery.prefs') ?? '{}');
    if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
  } catch {
    // A store that is closed or spoilt: the system's theme is as good.
  }
})();
