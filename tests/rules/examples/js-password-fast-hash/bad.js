const crypto = require('crypto');

const hash = crypto.createHash('sha256').update(user.password).digest('hex'); // expect: js-password-fast-hash
