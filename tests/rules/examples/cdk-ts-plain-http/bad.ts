const behavior = { origin, viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.ALLOW_ALL }; // expect: cdk-ts-plain-http
