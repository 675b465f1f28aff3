/** What the tests of every part wait and measure with. No part of the product: the linters refuse it outside of tests. */
export * from './quickest.js';
export * from './until.js';
