const blockPublicAccess = new s3.BlockPublicAccess({ blockPublicPolicy: true, blockPublicAcls: true });
