bucket.grantPublicAccess(); // expect: cdk-ts-public-bucket
