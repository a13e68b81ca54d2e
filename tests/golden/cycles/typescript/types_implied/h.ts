import { G } from './g';
export default interface Nothing {}
export class H { g!: G }
