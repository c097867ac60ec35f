const secretStringValue = cdk.SecretValue.secretsManager('database');
