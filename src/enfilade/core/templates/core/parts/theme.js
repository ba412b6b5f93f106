(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const theme = root.dataset.theme;
    root.classList.toggle('dark', theme === 'dark' || (theme !== 'light' && system.matches));
  };
  apply();
  system.addEventListener('change', apply);
  root.addEventListener('theme', apply);
})();
