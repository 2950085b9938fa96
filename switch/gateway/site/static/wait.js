// A payment is under way: look again every two seconds, but not while somebody is at a link or a button of the page.
"use strict";
setTimeout(function look() {
  const at = document.activeElement;
  if (at && at.matches("main a, main button")) { setTimeout(look, 2000); return; }
  location.reload();
}, 2000);
