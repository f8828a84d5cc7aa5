"Package metadata, all of it read from settings.ini."
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

config = ConfigParser(delimiters=['='])
config.read('settings.ini', encoding='utf-8')
settings = config['DEFAULT']

setup(
    name=settings['lib_name'],
    version=settings['version'],
    description=settings['description'],
    long_description=Path('README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    author=settings['author'],
    author_email=settings['author_email'],
    url=settings['git_url'],
    license='Apache-2.0',
    license_files=['LICENSE'],
    keywords=settings['keywords'],
    python_requires='>=' + settings['min_python'],
    install_requires=settings['requirements'].split(),
    extras_require={'dev': settings['dev_requirements'].split()},
    packages=find_packages(include=['literate_grad*']),
    package_data={'literate_grad': ['py.typed']},
    entry_points={
        'console_scripts': settings['console_scripts'].split(),
        'pytest11': ['literate_grad = literate_grad.tools.pytest_plugin'],
        'nbdev': ['literate_grad = literate_grad._modidx:d'], # names in prose link to their pages
    },
)
