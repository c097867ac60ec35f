const secretStringValue = cdk.SecretValue.unsafePlainText('hard to guess'); // expect: cdk-ts-secret-in-source
