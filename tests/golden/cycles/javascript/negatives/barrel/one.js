import two from './two';
