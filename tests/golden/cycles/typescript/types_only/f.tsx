import type from './e';
import { type } from './e';
export default class F {}
