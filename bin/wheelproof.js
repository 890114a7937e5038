#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Old syntax on purpose: an old Node must get as far as the sentence below.
var version = process.versions.node.split('.').map(Number);
var supported =
  version[0] >= 26 ||
  (version[0] === 24 && version[1] >= 15) ||
  (version[0] === 22 && (version[1] > 22 || (version[1] === 22 && version[2] >= 2)));

if (supported) {
  void import('../dist/cli/main.js');
} else {
  process.stderr.write(
    'wheelproof needs Node 22.22.2, 24.15.0, 26 or newer; this is ' + process.versions.node + '.\n',
  );
  process.exitCode = 64;
}
