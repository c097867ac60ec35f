role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] })); // expect: cdk-ts-iam-service-wildcard
