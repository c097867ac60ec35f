const password = SecretValue.unsafePlainText('hard to guess'); // expect: cdk-ts-secret-in-source
