"""After the pages are rendered: the page to try runs this package in the browser,
so the site serves it, with autograd and fastcore, as wheels."""
import json, os, re, zipfile
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

def installed(name):
    "An installed package of pure Python: its version, and its files by their place in a wheel."
    package = distribution(name)
    files = [file for file in package.files if '__pycache__' not in file.parts and file.parts[0] != '..']
    return package.version, {str(file): file.locate() for file in files}

def ours():
    "This package, from its sources."
    version = re.search('^version = (.*)', (ROOT/'settings.ini').read_text(encoding='utf-8'), re.M)[1]
    return version, {file.relative_to(ROOT).as_posix(): file for file in (ROOT/'literate_grad').rglob('*.py')}

def pack(folder, name, version, files):
    "Writes a wheel and says its name."
    name = name.replace('-', '_')
    wheel = f'{name}-{version}-py3-none-any.whl'
    with zipfile.ZipFile(folder/wheel, 'w', zipfile.ZIP_DEFLATED) as archive:
        for place, file in files.items(): archive.write(file, place)
        metadata = f'{name}-{version}.dist-info/METADATA'
        told = f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n'
        if metadata not in files: archive.writestr(metadata, told)
    return wheel

if __name__ == '__main__':
    folder = Path(os.environ['QUARTO_PROJECT_OUTPUT_DIR'])/'wheels'
    folder.mkdir(exist_ok=True)
    packages = {'autograd': installed('autograd'), 'fastcore': installed('fastcore'), 'literate-grad': ours()}
    wheels = [pack(folder, name, *package) for name, package in packages.items()]
    (folder/'wheels.json').write_text(json.dumps(wheels), encoding='utf-8')
