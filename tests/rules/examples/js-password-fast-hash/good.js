const crypto = require('crypto');

const hash = crypto.scryptSync(user.password, salt, 64);
const etag = crypto.createHash('md5').update(body).digest('hex');
