export * as c from './c/index.js';
export const b = 1;
