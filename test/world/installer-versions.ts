// SPDX-License-Identifier: Apache-2.0

export type InstallerName = 'pip' | 'uv';

/** The first of each is the newest, which every test run uses; the others run in the full suite. */
export const INSTALLER_VERSIONS: Readonly<Record<InstallerName, readonly string[]>> = {
  pip: ['26.3', '25.3', '24.2', '23.2.1'],
  uv: ['0.13.9', '0.13.0', '0.12.24'],
};

export const INSTALLERS: readonly InstallerName[] = ['pip', 'uv'];

export function newest(installer: InstallerName): string {
  return INSTALLER_VERSIONS[installer][0] ?? '';
}
