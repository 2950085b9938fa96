// Back to the shop by itself, after the seconds the shop asked for. Without scripts the button does it.
"use strict";
(function () {
  const form = document.getElementById("back"), soon = document.getElementById("soon");
  let seconds = Number(form.getAttribute("data-seconds"));
  const step = function () {
    if (seconds < 0) return;
    if (seconds === 0) { HTMLFormElement.prototype.submit.call(form); return; }
    soon.textContent = soon.dataset.text.replace("{}", seconds);
    seconds -= 1;
    setTimeout(step, 1000);
  };
  step();
})();
