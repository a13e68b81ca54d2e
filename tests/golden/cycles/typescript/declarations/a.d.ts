import { B } from './b';
export class A {}
