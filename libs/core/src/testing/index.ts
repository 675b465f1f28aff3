/** What tests of every part wait with. Never a part of the product: the linters refuse it outside of tests. */
export * from './until.js';
