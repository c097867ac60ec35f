role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: [bucket.bucketArn] }));
role.addToPolicy(new iam.PolicyStatement({ actions: ['xray:*'], resources: ['*'] }));
