/* Moving a place by its grip, with mouse, pen or finger. Keys and buttons do the same.

   Used on the board. The line may change while somebody drags: what counts is above whom the row is let go. */

(() => {
  "use strict";

  const { live } = window.callin;
  let dragged = null;
  let above = null;

  const canMove = (row) => row.dataset.can.split(" ").includes("up");
  const rows = () => [...live.querySelectorAll("#places .place")].filter(canMove);

  function mark() {
    for (const row of live.querySelectorAll(".is-dragged, .is-above, .is-below")) {
      row.classList.remove("is-dragged", "is-above", "is-below");
    }
    const row = dragged && document.getElementById(dragged);
    if (!row) return;
    row.classList.add("is-dragged");
    if (above) document.getElementById(above)?.classList.add("is-above");
    else rows().at(-1)?.classList.add("is-below");
  }

  function end(event, isDone) {
    const row = dragged && document.getElementById(dragged);
    const target = above && document.getElementById(above);
    dragged = null;
    mark();
    if (!isDone || !row || target === row || row.nextElementSibling === target) return;
    const last = rows().at(-1);
    if (!target && last === row) return;
    live.dispatchEvent(new CustomEvent("moved", { detail: { row, above: target ? target.dataset.place : "" } }));
  }

  live.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    const row = grip && grip.closest(".place");
    if (!row || event.button !== 0 || !canMove(row)) return;
    event.preventDefault();
    dragged = row.id;
    above = row.id;
    live.setPointerCapture(event.pointerId);
    mark();
  });
  live.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const under = rows().find((row) => {
      const box = row.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    above = under ? under.id : null;
    mark();
  });
  live.addEventListener("pointerup", (event) => end(event, true));
  live.addEventListener("pointercancel", (event) => end(event, false));
  live.addEventListener("state", mark);
})();
