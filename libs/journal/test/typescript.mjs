/** Lets a child process of a test run the sources: `node --conditions=source --import ./typescript.mjs script.mjs`. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
