export default 2;
obj.require('./one');
const o = { import: './one', from: './one', export: 1 };
`import './one'; ${o.import('./one')}`;
const re = /require('./one')/;
