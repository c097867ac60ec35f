new CfnCluster(this, 'Cluster', { clusterType: 'single-node', publiclyAccessible: true }); // expect: cdk-ts-public-database
