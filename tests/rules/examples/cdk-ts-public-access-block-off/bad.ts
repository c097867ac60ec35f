const blockPublicAccess = new s3.BlockPublicAccess({ blockPublicPolicy: false }); // expect: cdk-ts-public-access-block-off
