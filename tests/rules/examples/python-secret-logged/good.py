import logging

logger = logging.getLogger(__name__)


def login(user, password, password_file):
    logging.info("login of %s", user)
    logger.debug("password of %s is read from %s", user, password_file)
    logger.debug("a password of %d characters", len(password))
    logger.warning("wrong password")
