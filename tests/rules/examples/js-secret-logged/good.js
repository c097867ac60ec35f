console.log('login', user.name);
logger.info('the password has changed');
