export async function go() { return import('./stat.mjs') }
