const u = import.meta.url;
export const meta = { a: 1 }
const z = 1
export default z
require(`./${z}`);
import(z);
