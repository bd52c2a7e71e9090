// Filters of the index. Without this the page is complete and only can't be narrowed down.
(() => {
  const form = document.querySelector(".filters");
  if (!form) return;
  const selects = [...form.querySelectorAll("select")];
  // What doesn't have a property isn't narrowed by it: a report has no verdict, a verdict no language.
  const fits = (item) => selects.every(({ name, value }) =>
    !value || !(name in item.dataset) || item.dataset[name].split("|").includes(value));
  const show = () => {
    document.querySelectorAll("[data-item]").forEach((item) => { item.hidden = !fits(item); });
    document.querySelectorAll("[data-group]").forEach((group) => {
      group.hidden = !group.querySelector("[data-item]:not([hidden])");
    });
    document.querySelectorAll("[data-holder]").forEach((holder) => {
      holder.hidden = !holder.querySelector("[data-item]:not([hidden])");
      holder.open = !holder.hidden && selects.some(({ name, value }) => name === "area" && value);
    });
    document.getElementById("nothing").hidden = !!document.querySelector("[data-item]:not([hidden])");
    // The choice goes along to the page in another language.
    const chosen = new URLSearchParams(selects.filter((s) => s.value).map((s) => [s.name, s.value])).toString();
    document.querySelectorAll("nav.languages a").forEach((link) => { link.hash = chosen; });
  };
  const start = new URLSearchParams(location.hash.slice(1));
  selects.forEach((select) => { select.value = start.get(select.name) || ""; });
  selects.filter((select) => select.selectedIndex < 0).forEach((select) => { select.value = ""; });
  form.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
