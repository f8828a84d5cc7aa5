// The page on which derivatives are tried: sends the text of an editor to Python in a worker, and shows the report.
const INSTALL = 'pip install git+https://github.com/literate-grad/literate-grad';
let worker, current;

const escaped = text => text.replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const inline = text => escaped(text)
  .replace(/`([^`]*)`/g, '<code>$1</code>')
  .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
  .replace(/\\([^\w\s])/g, '$1');

// a table of a report: a row of titles, a row of dashes, and the rest
function table(block) {
  const rows = block.split('\n').filter((row, k) => k !== 1).map(row => row.split(/(?<!\\)\|/).slice(1, -1));
  const line = (row, k) => `<tr>${row.map(text => k ? `<td>${inline(text)}</td>` : `<th>${inline(text)}</th>`).join('')}</tr>`;
  return `<div class="sd-table"><table class="table">${rows.map(line).join('')}</table></div>`;
}

// the Markdown of a report as HTML: paragraphs, tables and formulas
function html(markdown) {
  return markdown.split(/\n\n+/).map(block =>
    block.startsWith('|') ? table(block) : block.startsWith('$$') ? `<div class="math display">${escaped(block)}</div>` : `<p>${inline(block)}</p>`).join('');
}

function typeset(box) {
  for (const formula of box.querySelectorAll('.math'))
    window.katex?.render(formula.textContent.replaceAll('$$', ''), formula, { displayMode: true, throwOnError: false });
  dispatchEvent(new Event('resize')); // what scrolls now can be reached with the keyboard
}

// an editor in place of a block of code, with its buttons and the place for the report
function editor(box, k) {
  const text = box.querySelector('pre').textContent.trim();
  box.innerHTML = `<label for="try-${k}">${box.dataset.label} <span class="keys">Ctrl+Enter runs it.</span></label>
    <textarea id="try-${k}" rows="${text.split('\n').length + 1}" spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
    <div class="buttons"><button type="button" class="btn btn-primary run">Check</button>
    <button type="button" class="btn btn-outline-secondary stop" hidden>Stop</button> <span role="status"></span></div>
    <div class="output" aria-live="polite"></div>`;
  const [source, run, stop, status, output] = ['textarea', '.run', '.stop', '[role=status]', '.output'].map(part => box.querySelector(part));
  source.value = text;
  return { kind: box.dataset.kind, source, run, stop, status, output, printed: '' };
}

const parts = [...document.querySelectorAll('.try')].map(editor);
const status = text => { for (const { status } of parts) status.textContent = text; };

function busy(running) {
  for (const { run, stop } of parts) { run.disabled = running; stop.hidden = !running; }
}

function failed(text) {
  busy(true);
  for (const { stop } of parts) stop.hidden = true;
  status('');
  for (const { output } of parts)
    output.innerHTML = `<p>Python could not be loaded (${escaped(text)}). This page needs a recent browser and a connection to cdn.jsdelivr.net. ` +
      `On your own machine it works without: <code>${INSTALL}</code></p>`;
}

function show({ markdown, text, error }) {
  const printed = current.printed && `<pre><code>${escaped(current.printed)}</code></pre>`;
  const value = markdown ? html(markdown) : text ? `<pre><code>${escaped(text)}</code></pre>` : '';
  current.output.innerHTML = printed + value + (error && `<p class="problem">${escaped(error)}</p>`);
  if (!current.output.innerHTML) current.output.innerHTML = '<p>The last line has no value. End with <code>check(…)</code>.</p>';
  typeset(current.output);
  window.markVerdicts?.();
}

const answers = {
  status: ({ text }) => status(text),
  printed: ({ text }) => { if (current) current.printed += text + '\n'; },
  ready: () => { busy(false); status('Ready.'); },
  failed: ({ text }) => failed(text),
  result(message) { show(message); busy(false); status('Done.'); },
};

function start() {
  if (!window.Worker || !window.WebAssembly) return failed('this browser has no workers or no WebAssembly');
  busy(true);
  for (const { stop } of parts) stop.hidden = true;
  worker = new Worker(new URL('try_worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => answers[data.kind](data);
  worker.onerror = error => failed(error.message || 'its worker did not start');
}

for (const box of parts) {
  const run = () => {
    if (box.run.disabled) return;
    current = box;
    box.printed = '';
    busy(true);
    worker.postMessage({ kind: box.kind, source: box.source.value });
  };
  box.run.addEventListener('click', run);
  box.source.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return;
    if (event.ctrlKey || event.metaKey) { event.preventDefault(); return run(); }
    const indent = box.source.value.slice(0, box.source.selectionStart).split('\n').pop().match(/^ */)[0];
    if (indent) { event.preventDefault(); box.source.setRangeText('\n' + indent, box.source.selectionStart, box.source.selectionEnd, 'end'); }
  });
  box.stop.addEventListener('click', () => { worker.terminate(); status('Stopped. Python starts again …'); start(); });
}
start();
