// What the page can do only with scripts: searching the items, and opening all
// that is folded before it is printed.
(function () {
  'use strict';
  var field = document.getElementById('search');
  var found = document.getElementById('found');
  var rows = document.querySelectorAll('.t-rows tbody tr');
  var texts = [];
  var boxes = document.querySelectorAll('.filter input[type=checkbox]');

  function count() {
    var off = {}, n = 0, i;
    for (i = 0; i < boxes.length; i++)
      off[boxes[i].id.slice(2)] = !boxes[i].checked;
    for (i = 0; i < rows.length; i++)
      if (!rows[i].hidden && !off[rows[i].className])
        n++;
    found.textContent = n + ' of ' + rows.length;
  }

  function search() {
    var words = field.value.toLowerCase().split(/\s+/);
    for (var i = 0; i < rows.length; i++) {
      if (!texts[i])
        texts[i] = rows[i].textContent.toLowerCase();
      rows[i].hidden = !words.every(function (word) {
        return texts[i].indexOf(word) >= 0;
      });
    }
    count();
  }

  if (field && rows.length) {
    field.parentNode.hidden = false;
    field.addEventListener('input', search);
    for (var i = 0; i < boxes.length; i++)
      boxes[i].addEventListener('change', count);
    document.addEventListener('keydown', function (event) {
      if (event.key !== '/' || event.ctrlKey || event.altKey ||
          event.metaKey || event.target === field)
        return;
      event.preventDefault();
      field.focus();
    });
    count();
  }

  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('details').forEach(function (one) {
      one.open = true;
    });
  });
}());
