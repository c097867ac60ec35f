new s3.Bucket(this, 'Files', { publicReadAccess: true }); // expect: cdk-ts-public-bucket
