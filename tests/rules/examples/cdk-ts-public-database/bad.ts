// expect-next: cdk-ts-public-database
new rds.DatabaseInstance(this, 'Database', { engine, vpc, publiclyAccessible: true });
