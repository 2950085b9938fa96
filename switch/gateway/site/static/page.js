// The payment page with a little help: brand and check digit while typing, the time left, one click only. It works without.
"use strict";
(function () {
  const number = document.getElementById("pan");
  const brands = [...document.querySelectorAll("input[name=cardType]")];
  function luhn(digits) {
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
      let digit = Number(digits[digits.length - 1 - i]);
      if (i % 2) { digit *= 2; if (digit > 9) digit -= 9; }
      sum += digit;
    }
    return sum % 10 === 0;
  }
  function brandOf(digits) {
    let best = null, length = 0;
    for (const brand of brands) {
      for (const prefix of brand.dataset.prefixes.split(" ")) {
        if (digits.startsWith(prefix) && prefix.length > length) { best = brand; length = prefix.length; }
      }
    }
    return best;
  }
  if (number) {
    const hint = document.getElementById("pan-hint"), text = hint.textContent, code = document.getElementById("cv2");
    number.addEventListener("input", function () {
      const digits = number.value.replace(/[^0-9]/g, ""), brand = digits && brandOf(digits);
      if (brand) { brand.checked = true; code.maxLength = Number(brand.dataset.code); }
      const whole = brand && digits.length === Number(brand.dataset.digits);
      hint.textContent = whole && !luhn(digits) ? number.dataset.check : text;
    });
  }
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      const button = form.querySelector("button.pay");
      if (button) button.setAttribute("aria-busy", "true");
    });
  }
  window.addEventListener("pageshow", function () {
    for (const form of document.querySelectorAll("form")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });
  const until = document.getElementById("until"), left = document.getElementById("left");
  if (until && left) {
    const end = Date.now() + Number(until.dataset.seconds) * 1000;
    const show = function () {
      const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
      left.textContent = "(" + left.dataset.label + " " + Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0") + ")";
      if (!seconds) location.reload();
    };
    show();
    setInterval(show, 1000);
  }
})();
