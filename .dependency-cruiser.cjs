/** Cycles, orphans of the direction and packages that are not declared; the finer direction is checked by eslint-plugin-boundaries. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      comment: 'The runner imports what it has just built.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '/dist/' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that is imported must stand in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'libs-not-to-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|simulators|benchmarks|tests)/', pathNot: '^tests/servers/' },
    },
    {
      name: 'simulators-cannot-cheat',
      comment: 'The simulated city knows only what a real device would: kinds and topics.',
      severity: 'error',
      from: { path: '^simulators/' },
      to: { path: '^(libs|apps)/', pathNot: '^libs/(core|kinds)/' },
    },
    {
      name: 'not-to-tests',
      severity: 'error',
      from: { pathNot: '(\\.spec\\.tsx?|\\.contract\\.ts)$|^tests/|^benchmarks/|/testing/|^(apps|libs)/[^/]+/test/' },
      to: { path: '(\\.spec\\.tsx?|\\.contract\\.ts)$|/testing/|^(apps|libs)/[^/]+/test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/|^apps/console/dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
