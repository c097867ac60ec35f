const crypto = require('crypto');

const resetToken = crypto.randomBytes(32).toString('hex');
const delay = Math.random() * 1000;
const key = Math.random();
const tokens = items.map((item) => ({ item, order: Math.random() }));
