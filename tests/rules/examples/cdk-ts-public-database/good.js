new CfnCluster(this, 'Cluster', { clusterType: 'single-node' });
