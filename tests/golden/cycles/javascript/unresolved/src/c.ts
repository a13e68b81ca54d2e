import m from '@/nothing';
import { x } from './c.js';
