role.addToPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [task.roleArn] }));
