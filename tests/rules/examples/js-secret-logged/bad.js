console.log('login', user.password); // expect: js-secret-logged
logger.info(`token ${accessToken}`); // expect: js-secret-logged
