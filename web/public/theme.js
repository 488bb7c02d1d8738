// Runs before the first paint (a blocking script in the head), so that nobody sees the other theme
// flash by. A file of its own because the CSP allows no inline script.
(() => {
  const root = document.documentElement;
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem('parlance.preferences') || '{}');
  } catch {
    // A damaged entry, or storage that is switched off: the defaults.
  }
  const dark = chosen.theme === 'dark' || (chosen.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  root.dataset.density = chosen.density === 'compact' ? 'compact' : 'comfortable';
})();
