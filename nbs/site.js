// What every page gets beside its content, with Quarto and without: a link to Colab, and help for those who do not see or use no mouse.
const all = selector => [...document.querySelectorAll(selector)];

// "Open in Colab", made from the link to the page's notebook
function colab() {
  const notebook = document.querySelector('.toc-actions a[href*="/blob/"]'), title = document.querySelector('#title-block-header');
  if (!notebook || !title) return;
  const href = notebook.href.replace('https://github.com/', 'https://colab.research.google.com/github/');
  const repository = notebook.href.replace(/\/blob\/.*/, ''), folder = repository.split('/').pop();
  const install = `!git clone -q ${repository} && pip install -q -e './${folder}[dev]'`;
  title.insertAdjacentHTML('beforeend', `<div class="colab"><a href="${href}">Open in Colab</a><details><summary>what to run there first</summary><code>${install}</code><br><code>%cd ${folder}</code></details></div>`);
}

// what scrolls can be scrolled with the keyboard
function scrollable() {
  for (const box of all('pre, .sd-table, .cell-output-display, .math.display, .katex-display'))
    box.scrollWidth > box.clientWidth + 1 ? box.setAttribute('tabindex', '0') : box.removeAttribute('tabindex');
}

// a drawing in the page is a picture with a text, as an image in a file is
function pictures() {
  for (const svg of all('main svg[alt]')) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', svg.getAttribute('alt'));
    svg.removeAttribute('alt');
  }
}

// on a phone the contents stand above the text, where the margin is not shown
function contents() {
  const list = document.querySelector('#TOC > ul'), title = document.querySelector('#title-block-header');
  if (!list || !title) return;
  const box = document.createElement('details');
  box.className = 'contents-here';
  box.innerHTML = '<summary>On this page</summary>';
  const copy = list.cloneNode(true);
  for (const link of copy.querySelectorAll('a')) link.removeAttribute('id');
  box.append(copy);
  title.after(box);
}

// ✓ and ✗ in colour, in reports and behind the steps of a derivation
function markVerdicts() {
  const marks = { '✓': 'right', '✗': 'wrong', '×': 'wrong' };
  for (const mark of all('main strong, main .katex-html .amsrm, main .katex-html .boldsymbol'))
    if (marks[mark.textContent]) mark.classList.add(marks[mark.textContent]);
  const meanings = {
    proved: 'computer algebra shows it', unreadable: 'it cannot be read',
    holds: 'equal with many digits at generic points, for several sizes of every dimension',
    fails: 'it differs; the point and both values stand below the formula',
  };
  for (const word of all('main .katex-html .text'))
    if (meanings[word.textContent.trim()]) word.title = meanings[word.textContent.trim()];
}

// roles and names that the page's frame leaves out
function names() {
  for (const a of all('a[role=navigation]')) a.setAttribute('role', 'button');
  for (const a of all('a[role=button]:not([href])')) a.setAttribute('tabindex', '0');
  for (const button of all('.code-copy-button')) button.setAttribute('aria-label', 'Copy to clipboard');
  for (const a of all('.quarto-color-scheme-toggle')) a.setAttribute('aria-label', 'Light or dark');
}

for (const step of [colab, contents, pictures, names]) step();
addEventListener('load', scrollable);
addEventListener('load', markVerdicts);
addEventListener('resize', scrollable);
document.addEventListener('keydown', event => { // a button that is written as a link answers the space bar and Enter
  const button = event.target.closest('a[role=button]:not([href])');
  if (button && [' ', 'Enter'].includes(event.key)) { event.preventDefault(); button.click(); }
});
