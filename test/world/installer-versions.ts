// SPDX-License-Identifier: Apache-2.0

/** Every attack is mounted through these. */
export type InstallerName = 'pip' | 'uv';
/** Through these, those whose shape allows it. */
export type ProjectTool = 'poetry' | 'pipenv' | 'pdm';
/** Known to the matrix (`npm run installers`). */
export type ToolName = ProjectTool | 'pip-tools' | 'tox' | 'nox' | 'hatch';
export type AnyInstaller = InstallerName | ToolName;

/** The first of each is the newest, which every test run uses; the others run in the full suite. */
export const INSTALLER_VERSIONS: Readonly<Record<AnyInstaller, readonly string[]>> = {
  pip: ['26.3', '25.3', '24.2', '23.2.1'],
  uv: ['0.13.9', '0.13.0', '0.12.24'],
  poetry: ['2.5.1'],
  pipenv: ['2026.10.3'],
  pdm: ['2.29.3'],
  'pip-tools': ['7.6.2'],
  tox: ['4.67.15'],
  nox: ['2026.10.20'],
  hatch: ['1.18.2'],
};

export const INSTALLERS: readonly InstallerName[] = ['pip', 'uv'];
export const PROJECT_TOOLS: readonly ProjectTool[] = ['poetry', 'pipenv', 'pdm'];

export function newest(installer: AnyInstaller): string {
  return INSTALLER_VERSIONS[installer][0] ?? '';
}

export function isTool(installer: AnyInstaller): installer is ToolName {
  return installer !== 'pip' && installer !== 'uv';
}
