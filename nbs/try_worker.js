// Python in a worker, so that the page stays awake: loads Pyodide, NumPy and the wheels of this site, then runs what it is sent.
const PYODIDE = 'https://cdn.jsdelivr.net/pyodide/v0.27.7/full/';
const say = (kind, text) => postMessage({ kind, text });

// what a cell shows: the value of its last line, as Markdown where it has one
const RUN = `
import ast
from pyodide.code import eval_code

def shown(value):
    if value is None: return '', ''
    markdown = getattr(value, '_repr_markdown_', None)
    return (markdown(), '') if markdown else ('', repr(value))

def run(source):
    try: return *shown(eval_code(source, {'__name__': '__main__'})), ''
    except SyntaxError as error: return '', '', f'{type(error).__name__}, line {error.lineno}: {error.msg}'
    except BaseException as error:
        lines, trace = [], error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == '<exec>': lines.append(trace.tb_lineno)
            trace = trace.tb_next
        where = f', line {lines[-1]}' if lines else ''
        return '', '', f'{type(error).__name__}{where}: {error}'

def run_formula(text):
    return run(f'from literate_grad import derivation\\nderivation({text!r})')
`;

async function start() {
  say('status', 'Loading Python and NumPy (about 9 MB, once) …');
  const { loadPyodide } = await import(PYODIDE + 'pyodide.mjs');
  const python = await loadPyodide({ indexURL: PYODIDE, env: { MPLBACKEND: 'Agg', HOME: '/home/pyodide' } });
  python.setStdout({ batched: text => say('printed', text) });
  await python.loadPackage('numpy', { messageCallback() {} });
  say('status', 'Loading literate-grad …');
  const wheels = await (await fetch(new URL('wheels/wheels.json', import.meta.url))).json();
  await python.loadPackage(wheels.map(wheel => new URL(`wheels/${wheel}`, import.meta.url).href), { messageCallback() {} });
  python.runPython(RUN);
  python.runPython('import autograd.numpy, literate_grad; literate_grad.check'); // the first report then takes no longer than the others
  return python;
}

const python = start();
python.then(() => say('ready', ''), error => say('failed', String(error.message || error)));

async function answer({ data }) {
  const pyodide = await python;
  if (data.kind === 'formula' || /"""|'''/.test(data.source)) { // only formulas need SymPy
    if (!pyodide.loadedPackages.sympy) say('status', 'Loading SymPy (about 2 MB, once) …');
    await pyodide.loadPackage('sympy', { messageCallback() {} });
  }
  say('status', 'Working …');
  const [markdown, text, error] = pyodide.globals.get(data.kind === 'formula' ? 'run_formula' : 'run')(data.source).toJs();
  postMessage({ kind: 'result', markdown, text, error });
}

onmessage = event => answer(event).catch(error => say('failed', String(error.message || error)));
