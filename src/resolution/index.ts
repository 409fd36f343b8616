export { loadOrder } from './load-order.js';
