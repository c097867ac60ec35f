const password = SecretValue.unsafePlainText(process.env.PASSWORD);
