import { b } from './b';
import './style.css';
import data from './data.json';
export const a = b;
